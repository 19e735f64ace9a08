RUN echo "slow-too ${{ nonce }} begins" && sleep 15 && echo "slow-too ends"
