# Nothing of CUDA is in the image: the driver's libraries come from the host with the container's GPUs,
# and these two variables ask the container runtime for them. So the image fits every driver.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility

COPY --from=module --chmod=0755 gpu_report.py /usr/local/bin/gpu-report
CMD ["gpu-report"]
