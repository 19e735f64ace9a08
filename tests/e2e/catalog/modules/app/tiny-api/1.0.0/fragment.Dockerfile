RUN echo "$GREETING from the build" && mkdir -p /srv && echo "$GREETING" > /srv/index.html
EXPOSE 8080
CMD ["httpd", "-f", "-p", "8080", "-h", "/srv"]
