RUN echo "chatty ${{ nonce }} begins" && i=0; while [ $i -lt 20000 ]; do echo "line $i of a log that is longer than what one chunk holds"; i=$((i + 1)); done; sleep 12; echo "chatty ends"
