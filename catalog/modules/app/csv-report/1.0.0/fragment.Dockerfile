# A job is one program with a proper exit code; the orchestrator decides when and how often it runs.
COPY --from=module --chmod=0755 csv_report.py /usr/local/bin/csv-report
ENV CSV_REPORT_MAX_ROWS=$MAX_ROWS
CMD ["csv-report", "--help"]
