// A load process. Its only argument is the LoadPlan; it prints the LoadResult as one line of JSON.

import { checkRequestOf } from '../workload.ts';
import { CheckConnection, framed } from './check-connection.ts';
import type { LoadPlan } from './load-plan.ts';
import { sendLoad } from './send-load.ts';

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;

const messages = Array.from({ length: plan.sessions }, (_, n) =>
  framed(checkRequestOf(plan.firstSession + n, plan.form)),
);
const connections = await Promise.all(
  Array.from({ length: plan.connections }, () => CheckConnection.open(plan.port)),
);
let asked = 0;
const result = await sendLoad(
  (answered, session) => {
    const place = session ?? asked;
    const message = messages[place % messages.length];
    const connection = connections[place % connections.length];
    asked += 1;
    if (message === undefined || connection === undefined) throw new RangeError('nothing to send');
    connection.ask(message, answered);
  },
  plan.pace,
  plan.watched,
  plan.sessions,
);
for (const connection of connections) connection.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
