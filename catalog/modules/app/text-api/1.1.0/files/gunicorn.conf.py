"""Gunicorn for a container: one port, logs on stdout, nothing written outside /tmp.

The number of workers is WEB_CONCURRENCY, which Gunicorn reads by itself.
"""
bind = "0.0.0.0:8080"
chdir = "/app"
worker_class = "gthread"
threads = 4
worker_tmp_dir = "/tmp"
accesslog = "-"
errorlog = "-"
# After SIGTERM requests in flight may finish for this many seconds: less than the 10 s after which
# orchestrators kill.
graceful_timeout = 8
timeout = 30
limit_request_line = 4094
