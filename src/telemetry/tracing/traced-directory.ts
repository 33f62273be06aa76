import type { CheckDirectory } from '../../authz/check-dependencies.ts';
import { spanning } from './store-spans.ts';
import type { StoreSpans } from './store-spans.ts';

/** What checks need of a directory on Redis, with a span for each call that a traced one waits for. */
export function tracedDirectory(directory: CheckDirectory, spans: StoreSpans): CheckDirectory {
  return {
    enter: async (entry) =>
      spanning(spans.script('enter', entry), directory.enter(entry), ({ kind }) => kind),
    attach: async (request) =>
      spanning(spans.script('attach', request), directory.attach(request), (outcome) => outcome),
    leave: async (subject, keys, check) =>
      spanning(spans.command('ZREM', check), directory.leave(subject, keys), noWord),
    subjectState: async (subject, check) =>
      spanning(spans.command('HMGET', check), directory.subjectState(subject), noWord),
  };
}

function noWord(): undefined {
  return undefined;
}
