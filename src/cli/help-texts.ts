/** What `--help` prints after the list of commands or flags. */

export const PROGRAM_NOTES = `
Examples:
  curfew serve --config curfew.yaml                 with the memory store, for Envoy on this machine
  curfew serve --store rediss://redis:6379 --key-file /run/secrets/curfew.key
  curfew check-config curfew.yaml                   in a pipeline, before the file is rolled out
  curfew check-config new.yaml --before old.yaml    what a change of the file changes in effect
  curfew explain --config curfew.yaml --url https://pay.example.com/transfer
  curfew sessions list --subject ann                a user's sessions, by the administration of a server

Exit codes:
  0  done, or stopped in order      1  could not serve, or is not healthy      2  wrong usage, setting or policy file
  Commands that ask a server have more: curfew sessions --help
`;

export const SERVE_NOTES = `
Each setting comes from its flag, else from the environment variable in brackets, else from its default.
Secrets come from files only. SIGTERM drains and stops; a second one stops at once. SIGHUP reads the policy file and the
key file again, which otherwise happens within a second of a change.
`;

export const HEALTHCHECK_NOTES = `
With the settings of serve it needs no others: with --grpc-tls-cert-file it speaks TLS to the port, and where the
server asks for a client certificate, it shows the server's own. It verifies the server's certificate only if --ca-file
says which authorities to trust, because it asks on this machine, and only about health.
`;

export const EXPLAIN_NOTES = `
The answers come from the server's own code, run on an empty memory store and a clock that is set by hand. A token
among the headers is verified with the keys that the policy file names, which are fetched for it. Nothing of it is shown.
Keep credentials off the command line: --header @- reads header lines from standard input.

Example:
  curfew explain --config curfew.yaml --method POST --url https://pay.example.com/transfer/9 --header 'accept: text/html'
  curfew explain --config curfew.yaml --url https://pay.example.com/transfer --header @- < headers.txt
`;
