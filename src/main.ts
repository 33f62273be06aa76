#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { HEALTHCHECK_SETTINGS } from './settings/healthcheck-settings.ts';
import { PROCESS_SETTINGS } from './settings/process-settings.ts';
import type { SettingTexts } from './settings/process-settings.ts';
import type { SettingWords } from './settings/setting.ts';
import { settingNamed } from './settings/setting-text.ts';
import { programVersion } from './process/version.ts';
import { addAdministration } from './cli/administration/commands.ts';
import type { CommandIo } from './cli/command-io.ts';
import { EXPLAIN_NOTES, HEALTHCHECK_NOTES, PROGRAM_NOTES, SERVE_NOTES } from './cli/help-texts.ts';
import { limitYoungHeap } from './app/heap.ts';
import type { HealthcheckTexts } from './settings/healthcheck-settings.ts';
import type { CheckConfigFlags } from './cli/check-config.ts';
import type { ExplainFlags } from './cli/explain-flags.ts';

// Each command is loaded when it is asked for: `curfew schema` needs no gRPC, and `serve` starts sooner.

const USAGE_FAULT = 2;

const io: CommandIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readInput: async () => (await import('./cli/read-input.ts')).readInput(process.stdin),
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
    .addHelpText('after', PROGRAM_NOTES);
  program.commandsGroup('Run:');
  addServe(program, finish);
  addHealthcheck(program, finish);
  program.commandsGroup('Find and end sessions (on a running server):');
  addAdministration(program, { io, finish });
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
      limitYoungHeap();
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
    .argument('<file>', 'the policy file, or - for standard input')
    .description(
      'list everything that is wrong with a policy file; exit code 0, also with warnings, or 2',
    )
    .option('--before <file>', 'list every policy whose effective settings differ from this file')
    .option('--json', 'as JSON', false)
    .action(async (file: string, flags: CheckConfigFlags) => {
      const { runCheckConfig } = await import('./cli/check-config.ts');
      finish(await runCheckConfig(file, flags, io));
    });
}

function addExplain(program: Command, finish: (exitCode: number) => void): void {
  const several = (value: string, before: readonly string[]): readonly string[] => [
    ...before,
    value,
  ];
  program
    .command('explain')
    .description('show which policy judges a request and why, and how the answers look')
    .addOption(optionFor(settingNamed('config')))
    .requiredOption('--url <url>', 'the request, as https://host/path?query')
    .option('--method <method>', 'its method', 'GET')
    .option(
      '--header <line>',
      "a header line, as 'name: value', or @-: lines on standard input; may be repeated",
      several,
      [],
    )
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

/** The flag of a setting. Its default is only shown: a default set here would hide the environment variable. */
function optionFor(setting: SettingWords): Option {
  const { flag, placeholder, help, variable, default: value, isList } = setting;
  const words = value === undefined ? '' : `; default ${value}`;
  const option = new Option(`${flag} ${placeholder}`, `${help}${words} [${variable}]`);
  if (isList !== true) return option;
  return option.argParser((text: string, before?: string) =>
    before === undefined ? text : `${before},${text}`,
  );
}

// `curfew schema | head` closes our output early, which is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
// Exiting at once would lose what a pipe has not read yet.
process.exitCode = await run(process.argv.slice(2));
if (process.stdout.writableLength === 0) process.exit();
