RUN echo "drained ${{ nonce }} begins" && sleep 10
