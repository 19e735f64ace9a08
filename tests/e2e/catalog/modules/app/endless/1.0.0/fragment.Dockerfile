RUN echo "endless ${{ nonce }} begins" && sleep 86397
