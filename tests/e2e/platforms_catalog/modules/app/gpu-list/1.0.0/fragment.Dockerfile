LABEL org.example.wants=gpu
