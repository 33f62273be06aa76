#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { HEALTHCHECK_SETTINGS } from './app/healthcheck-settings.ts';
import { PROCESS_SETTINGS } from './app/process-settings.ts';
import type { SettingTexts } from './app/process-settings.ts';
import type { Setting } from './app/setting.ts';
import { settingNamed } from './app/setting-text.ts';
import { programVersion } from './app/version.ts';
import type { CommandIo } from './cli/command-io.ts';
import { holdHeap } from './app/garbage-collection.ts';
import type { HealthcheckTexts } from './app/healthcheck-settings.ts';
import type { ExplainFlags } from './cli/explain-flags.ts';

// Each command is loaded when it is asked for: `curfew schema` needs no gRPC, and `serve` starts sooner.

const USAGE_FAULT = 2;

const EXAMPLES = `
Examples:
  curfew serve --config curfew.yaml                 on the memory store, for Envoy on this machine
  curfew serve --store rediss://redis:6379 --key-file /run/secrets/curfew.key
  curfew check-config curfew.yaml                   in a pipeline, before the file is rolled out
  curfew explain --config curfew.yaml --url https://pay.example.com/transfer

Exit codes:
  0  done, or stopped in order      1  could not serve, or is not healthy      2  wrong usage, setting or policy file
`;

const SERVE_NOTES = `
Each setting is taken from its flag, else from the environment variable in brackets, else from its default.
Secrets come from files only. SIGTERM drains and stops; a second one stops at once. SIGHUP reads the policy file and the
key file again, which otherwise happens by itself within a second of a change.
`;

const HEALTHCHECK_NOTES = `
With the settings that serve has it needs no others: by --grpc-tls-cert-file it knows that the port speaks TLS, and
where that asks for a client's certificate, it shows the server's own. The server's certificate is verified when
--ca-file says against what; without it not, as it is asked on this machine, for nothing but its health.
`;

const EXPLAIN_NOTES = `
The answers are those of the server's own code, run on an empty memory store and a clock that is set by hand.

Example:
  curfew explain --config curfew.yaml --method POST --url https://pay.example.com/transfer/9 --header 'accept: text/html'
`;

const io: CommandIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** Runs one command line; answers with its exit code. */
async function run(words: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : USAGE_FAULT;
  }
}

function buildProgram(finish: (exitCode: number) => void): Command {
  // Settings of sub-commands are copied from here, so they come first.
  const program = new Command('curfew')
    .description('Session deadlines for Envoy: idle and absolute timeouts, decided over ext_authz.')
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', EXAMPLES);
  program.commandsGroup('Run:');
  addServe(program, finish);
  addHealthcheck(program, finish);
  program.commandsGroup('Write and understand a policy file:');
  addCheckConfig(program, finish);
  addExplain(program, finish);
  addSchema(program, finish);
  addPresets(program, finish);
  return program;
}

function addServe(program: Command, finish: (exitCode: number) => void): void {
  const command = program
    .command('serve')
    .description('answer Envoy')
    .addHelpText('after', SERVE_NOTES)
    .action(async (flags: SettingTexts) => {
      holdHeap();
      const { runServe } = await import('./cli/serve.ts');
      finish(await runServe(flags, process.env, io));
    });
  for (const setting of PROCESS_SETTINGS) command.addOption(optionFor(setting));
}

function addHealthcheck(program: Command, finish: (exitCode: number) => void): void {
  const command = program
    .command('healthcheck')
    .description('ask the server on this machine whether it serves; exit code 0 or 1')
    .addHelpText('after', HEALTHCHECK_NOTES)
    .action(async (flags: HealthcheckTexts) => {
      const { runHealthcheck } = await import('./cli/healthcheck.ts');
      finish(await runHealthcheck(flags, process.env, io));
    });
  for (const setting of HEALTHCHECK_SETTINGS) command.addOption(optionFor(setting));
}

function addCheckConfig(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('check-config')
    .argument('<file>', 'the policy file')
    .description('tell everything that is wrong with a policy file; exit code 0 or 2')
    .action(async (file: string) => {
      const { runCheckConfig } = await import('./cli/check-config.ts');
      finish(await runCheckConfig(file, io));
    });
}

function addExplain(program: Command, finish: (exitCode: number) => void): void {
  const several = (value: string, before: readonly string[]): readonly string[] => [
    ...before,
    value,
  ];
  program
    .command('explain')
    .description('tell which policy judges a request and why, and how the answers look')
    .addOption(optionFor(settingNamed('config')))
    .requiredOption('--url <url>', 'the request, as https://host/path?query')
    .option('--method <method>', 'its method', 'GET')
    .option('--header <line>', "a header line, as 'name: value'; may be repeated", several, [])
    .option(
      '--context <pair>',
      "an entry of the route's context_extensions, as key=value; may be repeated",
      several,
      [],
    )
    .option('--principal <name>', "the verified identity of the caller's certificate", '')
    .option('--json', 'as JSON', false)
    .addHelpText('after', EXPLAIN_NOTES)
    .action(async (flags: ExplainFlags) => {
      const { runExplain } = await import('./cli/explain.ts');
      finish(await runExplain(flags, process.env, io));
    });
}

function addSchema(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('schema')
    .description('print the JSON Schema of the policy file')
    .action(async () => {
      const { runSchema } = await import('./cli/schema.ts');
      finish(runSchema(io));
    });
}

function addPresets(program: Command, finish: (exitCode: number) => void): void {
  program
    .command('presets')
    .description('list the named limits with their citations')
    .action(async () => {
      const { runPresets } = await import('./cli/presets.ts');
      finish(runPresets(io));
    });
}

/** The flag of a setting. Its default is only told: what was not given must not hide the environment. */
function optionFor({ flag, placeholder, help, variable, default: value }: Setting): Option {
  const words = value === undefined ? '' : `; default ${value}`;
  return new Option(`${flag} ${placeholder}`, `${help}${words} [${variable}]`);
}

// `curfew schema | head` is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// What a pipe has not taken yet would be lost by exiting at once.
process.exitCode = await run(process.argv.slice(2));
if (process.stdout.writableLength === 0) process.exit();
