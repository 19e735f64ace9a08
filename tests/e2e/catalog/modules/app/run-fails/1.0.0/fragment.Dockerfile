# The second instruction, on line 4, is the one that breaks.
RUN echo "this one is fine"

RUN echo "about to break" && \
    echo "it broke" >&2 && exit 42
