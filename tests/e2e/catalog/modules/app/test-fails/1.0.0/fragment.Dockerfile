RUN echo "nothing to do"
