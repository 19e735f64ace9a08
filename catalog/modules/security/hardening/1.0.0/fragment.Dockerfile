# A fixed number, so that file owners mean the same in every image and an orchestrator can demand
# "not root" without looking into the image. Above 10000: no clash with users of the host.
#
# useradd writes today's date into /etc/shadow; an empty date (chage -d -1) keeps the layer
# reproducible. /app belongs to root: a service can't change its own code.
RUN set -eu; \
    groupadd --gid 10001 app; \
    useradd --uid 10001 --gid app --home-dir /app --no-create-home \
        --shell /usr/sbin/nologin --no-log-init app; \
    chage -d -1 app; \
    rm -f /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow-; \
    mkdir /app

# No service needs su, mount or passwd with root's rights. Templates test that nothing above brings
# a set-user-ID program back.
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +

ENV APP_HOME=/app
