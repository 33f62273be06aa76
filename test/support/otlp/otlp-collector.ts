import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { codec } from '../protobuf/wire-definitions.ts';

const SERVICE = 'opentelemetry.proto.collector.trace.v1.TraceService';
const definitions = loadSync(join(import.meta.dirname, 'trace-service.proto'), {
  keepCase: true,
  longs: String,
  defaults: true,
});
const exported = codec(
  definitions,
  'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest',
);

/** `SpanKind` and `StatusCode` of opentelemetry-proto. */
export const KIND = { server: 2, client: 3 } as const;
export const STATUS = { unset: 0, error: 2 } as const;

/** A received span, with ids in hexadecimal digits. */
export interface CollectedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: the first of its trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: number;
  readonly status: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  readonly durationNs: bigint;
}

/** A collector that receives spans by OTLP over gRPC and over HTTP (protobuf), and keeps them. */
export interface OtlpCollector {
  readonly grpcPort: number;
  readonly httpUrl: string;
  readonly spans: readonly CollectedSpan[];
  /** The bodies that came over HTTP, decompressed, and the headers of those requests. */
  readonly bodies: readonly Buffer[];
  readonly headers: readonly IncomingMessage['headers'][];
  /** The HTTP status with which spans are refused; `undefined` if they are accepted. */
  refuseWith: number | undefined;
  stop(): Promise<void>;
}

/** Starts a collector on ports of 127.0.0.1. */
export async function startOtlpCollector(): Promise<OtlpCollector> {
  const kept = new Kept();
  const grpc = new Server();
  grpc.addService(exportDefinition, {
    Export: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
      kept.take(call.request);
      answer(null, Buffer.alloc(0));
    },
  });
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      kept.headers.push(request.headers);
      const bytes = Buffer.concat(chunks);
      const isTaken = kept.refuseWith === undefined && request.url === '/v1/traces';
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      kept.bodies.push(body);
      if (isTaken) kept.take(body);
      response.writeHead(isTaken ? 200 : (kept.refuseWith ?? 404), {
        'content-type': 'application/x-protobuf',
      });
      response.end();
    });
  });
  const grpcPort = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (fault, port) => {
      if (fault === null) resolve(port);
      else reject(fault);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const httpUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return Object.assign(kept, {
    grpcPort,
    httpUrl,
    stop: async () => {
      grpc.forceShutdown();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  });
}

const asIs = (bytes: Buffer): Buffer => bytes;
const exportDefinition: ServiceDefinition = {
  Export: {
    path: `/${SERVICE}/Export`,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
};

class Kept {
  readonly spans: CollectedSpan[] = [];
  readonly bodies: Buffer[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  refuseWith: number | undefined = undefined;

  take(bytes: Buffer): void {
    const { resource_spans: all } = exported.deserialize(bytes) as ExportRequest;
    for (const { resource, scope_spans: scopes } of all) {
      const ofResource = valuesOf(resource?.attributes ?? []);
      for (const { spans } of scopes) {
        this.spans.push(...spans.map((span) => collected(span, ofResource)));
      }
    }
  }
}

type Values = CollectedSpan['attributes'];

function collected(span: WireSpan, resource: Values): CollectedSpan {
  return {
    service: String(resource['service.name']),
    traceId: span.trace_id.toString('hex'),
    spanId: span.span_id.toString('hex'),
    parentId: span.parent_span_id.toString('hex'),
    name: span.name,
    kind: span.kind,
    status: span.status?.code ?? 0,
    attributes: valuesOf(span.attributes),
    resource,
    durationNs: BigInt(span.end_time_unix_nano) - BigInt(span.start_time_unix_nano),
  };
}

function valuesOf(pairs: readonly WirePair[]): Values {
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const { string_value, bool_value, int_value, double_value } = value ?? {};
      const number = int_value === undefined ? double_value : Number(int_value);
      return [key, string_value ?? bool_value ?? number ?? ''];
    }),
  );
}

interface ExportRequest {
  readonly resource_spans: readonly {
    readonly resource: { readonly attributes: readonly WirePair[] } | null;
    readonly scope_spans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

interface WireSpan {
  readonly trace_id: Buffer;
  readonly span_id: Buffer;
  readonly parent_span_id: Buffer;
  readonly name: string;
  readonly kind: number;
  readonly start_time_unix_nano: string;
  readonly end_time_unix_nano: string;
  readonly attributes: readonly WirePair[];
  readonly status: { readonly code: number } | null;
}

interface WirePair {
  readonly key: string;
  readonly value?: {
    readonly string_value?: string;
    readonly bool_value?: boolean;
    readonly int_value?: string;
    readonly double_value?: number;
  } | null;
}
