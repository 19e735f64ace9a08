RUN echo "authorised users only" > /etc/notice
