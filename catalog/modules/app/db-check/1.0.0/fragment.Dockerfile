COPY --from=module --chmod=0755 db-check /usr/local/bin/
ENV DB_CHECK_WAIT=$WAIT_SECONDS
CMD ["db-check", "--help"]
