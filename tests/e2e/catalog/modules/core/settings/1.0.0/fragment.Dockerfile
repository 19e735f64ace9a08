COPY --from=module settings /etc/settings
