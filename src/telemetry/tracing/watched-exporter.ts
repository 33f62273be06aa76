import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from '../log/log.ts';

/** How often lost spans are logged. */
const REMIND_MS = 60_000;

type Receiver = Parameters<SpanExporter['export']>[1];

/**
 * Logs when spans are lost and when exporting works again. Only the code of a failure is logged:
 * messages of the libraries may contain what was sent, and the headers for a collector are
 * credentials.
 */
export class WatchedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Log;
  readonly #nowMs: () => number;
  #lost = 0;
  #loggedAtMs = -Infinity;
  #isFailing = false;

  constructor(exporter: SpanExporter, log: Log, nowMs: () => number) {
    this.#exporter = exporter;
    this.#log = log;
    this.#nowMs = nowMs;
  }

  export(spans: ReadableSpan[], resultCallback: Receiver): void {
    this.#exporter.export(spans, (result) => {
      if (result.error === undefined) this.#arrived();
      else this.#failed(spans.length, result.error);
      resultCallback(result);
    });
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  /** Spans were dropped before an export, because there were more than could be sent. */
  dropped(spans: number): void {
    this.#lostSpans(spans, 'QUEUE_FULL');
  }

  #failed(spans: number, error: Error): void {
    this.#isFailing = true;
    this.#lostSpans(spans, codeOf(error));
  }

  #lostSpans(spans: number, code: string | number | undefined): void {
    this.#lost += spans;
    const nowMs = this.#nowMs();
    if (nowMs - this.#loggedAtMs < REMIND_MS) return;
    this.#loggedAtMs = nowMs;
    this.#log.warn(
      { event: 'spans_lost', spans: this.#lost, error_code: code },
      'spans could not be sent to the collector; checks go on',
    );
    this.#lost = 0;
  }

  #arrived(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#loggedAtMs = -Infinity;
    this.#log.info(
      { event: 'spans_arrive', spans_lost: this.#lost },
      'the collector accepts spans again',
    );
    this.#lost = 0;
  }
}

/** A code of Node such as ECONNREFUSED, or a status of HTTP or gRPC. */
function codeOf(error: Error): string | number | undefined {
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return code;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : error.name;
}
