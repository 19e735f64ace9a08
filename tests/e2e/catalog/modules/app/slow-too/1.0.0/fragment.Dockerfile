RUN echo "slow-too begins" && sleep 15 && echo "slow-too ends"
