import { Option } from 'commander';
import type { Command } from 'commander';
import { addCommand } from './add-command.ts';
import type { Shell } from './add-command.ts';
import type { CommonFlags } from './administration-command.ts';
import {
  END_NOTES,
  FIND_NOTES,
  SESSIONS_NOTES,
  STORE_NOTES,
  SUBJECTS_NOTES,
} from './help-texts.ts';
import type { EndFlags } from './sessions/sessions-end.ts';
import type { ListFlags } from './sessions/sessions-list.ts';
import type { FindFlags } from './sessions/sessions-show.ts';
import type { AcceptLossFlags, InitFlags } from './store/store-commands.ts';
import type { LockFlags, UnlockFlags } from './subjects/subjects-lock.ts';

const REASON = new Option('--reason <text>', 'why, for the log of the server');
const YES = new Option('--yes', 'confirms it where no terminal can ask');

/** Adds `curfew sessions`, `subjects`, `store` and `status`. Each is loaded when it is asked for. */
export function addAdministration(program: Command, shell: Shell): void {
  addSessions(program, shell);
  addSubjects(program, shell);
  addStore(program, shell);
  addCommand<CommonFlags>(program, shell, {
    usage: 'status',
    description: 'show the replicas, the store, and how many sessions are live',
    run: async (flags, terminal) => {
      const { runStatus } = await import('./status.ts');
      return runStatus(flags, process.env, terminal);
    },
  });
}

function addSessions(program: Command, shell: Shell): void {
  const sessions = program
    .command('sessions')
    .description('list, show, find and end sessions')
    .helpCommand(false)
    .addHelpText('after', SESSIONS_NOTES);
  addCommand<ListFlags>(sessions, shell, {
    usage: 'list',
    description: "list a user's sessions, the newest first, or those of a source, in no order",
    options: [
      new Option('--subject <name>', 'the user'),
      new Option('--source <name>', 'a source of the policy file'),
      new Option('--limit <number>', 'at most so many'),
      new Option('--cursor <text>', 'where the page before ended'),
    ],
    run: async (flags, terminal) => {
      const { runSessionsList } = await import('./sessions/sessions-list.ts');
      return runSessionsList(flags, process.env, terminal);
    },
  });
  addCommand<CommonFlags>(sessions, shell, {
    usage: 'show <session>',
    description: 'show one session, with its deadlines under each policy',
    run: async (flags, terminal, session = '') => {
      const { runSessionsShow } = await import('./sessions/sessions-show.ts');
      return runSessionsShow(session, flags, process.env, terminal);
    },
  });
  addCommand<FindFlags>(sessions, shell, {
    usage: 'find',
    description: 'show the session of a credential, which is read from standard input',
    notes: FIND_NOTES,
    options: [new Option('--source <name>', 'the source that reads it').makeOptionMandatory()],
    run: async (flags, terminal) => {
      const { runSessionsFind } = await import('./sessions/sessions-show.ts');
      return runSessionsFind(flags, process.env, terminal);
    },
  });
  addCommand<EndFlags>(sessions, shell, {
    usage: 'end [session]',
    description: 'end one session, or all sessions of a user',
    notes: END_NOTES,
    options: [
      new Option('--source <name>', 'the source of the credential on standard input'),
      new Option('--subject <name>', 'the user whose sessions are to end'),
      new Option('--except <session>', 'the one that stays'),
      REASON,
      new Option('--dry-run', 'only show what would end'),
      YES,
    ],
    run: async (flags, terminal, session) => {
      const { runSessionsEnd } = await import('./sessions/sessions-end.ts');
      return runSessionsEnd(session, flags, process.env, terminal);
    },
  });
}

function addSubjects(program: Command, shell: Shell): void {
  const subjects = program
    .command('subjects')
    .description('lock a user out, and let one in again')
    .helpCommand(false)
    .addHelpText('after', SUBJECTS_NOTES);
  addCommand<LockFlags>(subjects, shell, {
    usage: 'lock <subject>',
    description: "end a user's sessions, and let none open meanwhile",
    options: [
      new Option('--for <duration>', 'such as 8h or 30d; without it, until it is unlocked'),
      REASON,
      YES,
    ],
    run: async (flags, terminal, subject = '') => {
      const { runSubjectsLock } = await import('./subjects/subjects-lock.ts');
      return runSubjectsLock(subject, flags, process.env, terminal);
    },
  });
  addCommand<UnlockFlags>(subjects, shell, {
    usage: 'unlock <subject>',
    description: 'let a user log in again; sessions that have ended stay ended',
    options: [REASON],
    run: async (flags, terminal, subject = '') => {
      const { runSubjectsUnlock } = await import('./subjects/subjects-lock.ts');
      return runSubjectsUnlock(subject, flags, process.env, terminal);
    },
  });
  addCommand<CommonFlags>(subjects, shell, {
    usage: 'show <subject>',
    description: 'show whether a user is locked, and the newest sessions',
    run: async (flags, terminal, subject = '') => {
      const { runSubjectsShow } = await import('./subjects/subjects-show.ts');
      return runSubjectsShow(subject, flags, process.env, terminal);
    },
  });
}

function addStore(program: Command, shell: Shell): void {
  const store = program
    .command('store')
    .description('show whether Redis has lost data, mark a new one, accept a loss')
    .helpCommand(false)
    .addHelpText('after', STORE_NOTES);
  addCommand<CommonFlags>(store, shell, {
    usage: 'show',
    description: 'show whether Redis has lost data, and what unknown credentials get',
    run: async (flags, terminal) => {
      const { runStoreShow } = await import('./store/store-commands.ts');
      return runStoreShow(flags, process.env, terminal);
    },
  });
  addCommand<InitFlags>(store, shell, {
    usage: 'init',
    description:
      'mark a new store, so that unknown credentials open sessions under on_store_loss: fence',
    options: [REASON],
    run: async (flags, terminal) => {
      const { runStoreInit } = await import('./store/store-commands.ts');
      return runStoreInit(flags, process.env, terminal);
    },
  });
  addCommand<AcceptLossFlags>(store, shell, {
    usage: 'accept-loss',
    description: 'let unknown credentials open sessions again after Redis has lost data',
    options: [REASON, YES],
    run: async (flags, terminal) => {
      const { runStoreAcceptLoss } = await import('./store/store-commands.ts');
      return runStoreAcceptLoss(flags, process.env, terminal);
    },
  });
}
