import type { SourceRule, TouchRequest, TouchRule } from '../session/session-store.ts';
import type { Script } from './load-scripts.ts';
import { respWord } from './resp-text.ts';
import { touchWords } from './script-words.ts';
import {
  PARTITION_COUNT,
  partitionIndex,
  partitionKeys,
  SESSION_KEY_LENGTH,
} from './store-keys.ts';

/** Arguments of `touch.lua`, the nonce included. */
const ARGUMENTS = 9;

/** Everything of a partition's touches that does not change: what stands before the key, and between it and the nonce. */
interface Around {
  readonly before: string;
  readonly behind: string;
}

/** Spells touches for the wire from prepared parts, so that one costs no more than its key and its nonce. */
export class TouchText {
  readonly #partitions: readonly Around[];
  /** What stands behind the nonce: rules change only with the configuration. */
  readonly #rules = new WeakMap<SourceRule, WeakMap<TouchRule, string>>();

  constructor(touch: Script) {
    const head = touch.head(ARGUMENTS);
    this.#partitions = Array.from({ length: PARTITION_COUNT }, (_, index) => {
      const { deadlines, events, session } = partitionKeys(index);
      const prefix = session('');
      return {
        before: `${head}$${prefix.length + SESSION_KEY_LENGTH}\r\n${prefix}`,
        behind: `\r\n${respWord(deadlines)}${respWord(events)}`,
      };
    });
  }

  /** The whole command. @throws {TypeError} for a key or a rule that must not reach the store. */
  of(request: TouchRequest, noncePrefix: string, nonce: number): string {
    const { key } = request;
    const around = this.#partitions[partitionIndex(key)];
    if (around === undefined) throw new RangeError('there is no such partition');
    const echo = noncePrefix + nonce;
    return `${around.before}${key}${around.behind}$${echo.length}\r\n${echo}${this.#ruleOf(request)}`;
  }

  #ruleOf(request: TouchRequest): string {
    const { rule, source } = request;
    let rules = this.#rules.get(source);
    if (rules === undefined) {
      rules = new WeakMap();
      this.#rules.set(source, rules);
    }
    let text = rules.get(rule);
    if (text === undefined) {
      text = `\r\n${touchWords(request).map(respWord).join('')}`;
      rules.set(rule, text);
    }
    return text;
  }
}
