RUN echo "slow begins" && sleep 15 && echo "slow ends"
