RUN echo "slow ${{ nonce }} begins" && sleep 15 && echo "slow ends"
