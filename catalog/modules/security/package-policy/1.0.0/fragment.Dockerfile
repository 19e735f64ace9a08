# At the bottom of the stack, so that every package of every module above follows it.
COPY --from=module --chmod=0644 apt.conf /etc/apt/apt.conf.d/80package-policy
COPY --from=module --chmod=0644 dpkg.cfg /etc/dpkg/dpkg.cfg.d/80package-policy

# What the base has already. Layers only add: this hides the files, the base keeps its bytes.
RUN set -eu; \
    rm -rf /usr/share/man/* /usr/share/info/* /usr/share/lintian /usr/share/linda; \
    find /usr/share/doc -type f ! -name copyright -delete; \
    find /usr/share/doc -type d -empty -delete
