/** What `telemetry-dashboard --help` says. */
export const PROGRAM_USAGE = `Usage: telemetry-dashboard <command> [options]

Commands:
  demo             run a small ws service with real clients, measured, and show its figures live
  check [file]     check the configuration and show the effective settings
  provision        write the files for Prometheus, Alertmanager and Grafana from the configuration
  grafana push     set up a running Grafana: data source, folder, dashboards, alert rules

Options:
  -h, --help       show this, or with a command its options
  -v, --version    show the version

Exit codes: 0 all went well, 1 the check or the run failed, 2 wrong use.
`;

/** What `telemetry-dashboard demo --help` says. */
export const DEMO_USAGE = `Usage: telemetry-dashboard demo [options]

Runs a small ws service and, in a process of their own, clients that talk to it. Serves its metrics on /metrics and shows
them once a second. When it ends it compares what the clients counted with what the service's metrics say.

Options:
  --duration TIME  end after this time, such as 500ms, 5s or 2m (default: run until Ctrl-C)
  --host ADDRESS   address that /metrics listens on; 0.0.0.0 is all of IPv4, as in a container (default: 127.0.0.1)
  --port N         its port; 0 is any free one (default: 9464)
  --clients N      number of clients, 1 to 10000 (default: 20)
  --rate N         messages per second that all clients together send, as far as the machine keeps up, 1 to 1000000
                   (default: 200)
  --json           end standard output with all figures as one line of JSON; everything else goes to standard error
  -h, --help       show this

Exit codes: 0 all went well, 1 the run failed or the counts differ, 2 wrong use.
`;

/** What `telemetry-dashboard check --help` says. */
export const CHECK_USAGE = `Usage: telemetry-dashboard check [file]

Checks the configuration that a dashboard would start with here: the file, else the one in TELEMETRY_DASHBOARD_CONFIG, else
configs/monitoring.json under the working directory, else the defaults. What is left out is taken from the OTEL_* variables.
Lists every problem on standard error, or shows the effective settings as JSON on standard output, with secrets as ***.

Options:
  -h, --help       show this

Exit codes: 0 the configuration is right, 1 it is not, 2 wrong use.
`;

/** What `telemetry-dashboard provision --help` says. */
export const PROVISION_USAGE = `Usage: telemetry-dashboard provision [options]

Writes what the configuration gives. Other files are left alone.

  prometheus/      for Prometheus and Alertmanager: rules with the same thresholds as the alerts of the service, their unit
                   tests, prometheus.yml and alertmanager.yml
  grafana/         for Grafana's provisioning: data sources, dashboards, alert rules with the same thresholds, contact points;
                   the files of a service_name carry it, as in telemetry-checkout-rules.yml, so several services may share it

Options:
  --config FILE    the configuration (default: TELEMETRY_DASHBOARD_CONFIG, else configs/monitoring.json where there is one,
                   else the defaults)
  --out DIR        folder to write to (default: the working directory)
  --check          write nothing; exit with 1 where a file is missing or differs
  -h, --help       show this

Exit codes: 0 all went well, 1 the run failed or a file differs, 2 wrong use.
`;

/** What `telemetry-dashboard grafana --help` says. */
export const GRAFANA_USAGE = `Usage: telemetry-dashboard grafana push [options]

Sets up the Grafana at grafana.url, as a service with grafana.enabled does when it starts: data source, folder, dashboards and
alert rules. Says what became of each: created, updated, unchanged, kept (it was changed by hand and is left as it is) or failed.

Options:
  --config FILE    the configuration (default: TELEMETRY_DASHBOARD_CONFIG, else configs/monitoring.json where there is one,
                   else the defaults)
  --overwrite      replaces what was changed by hand
  -h, --help       show this

Exit codes: 0 all went well, 1 something failed, 2 wrong use.
`;
