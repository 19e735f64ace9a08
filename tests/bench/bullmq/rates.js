// Rates of BullMQ against a Redis that the caller started: rates.js SOCKET QUEUE IN_FLIGHT N adds N
// jobs, then works them all off with a processor that does nothing. Prints one line of JSON. The
// payload is what bench_queue submits; what is finished is kept, as lif's queue keeps it.
import {Queue, Worker} from 'bullmq';

const [socket, name] = process.argv.slice(2, 4);
const [inFlight, total] = process.argv.slice(4, 6).map(Number);
const connection = {
  path: socket,
  maxRetriesPerRequest: null
};

const ratePerSecond = start => total / (Number(process.hrtime.bigint() - start) / 1e9);

async function add(queue) {
  let next = 0;
  const adder = async () => {
    while (next < total) {
      const number = next++;
      const buildId = '01' + String(number).padStart(24, '0');
      const payload = {
        kind: 'image',
        build_id: buildId,
        manifest_id: 'bench',
        platform: 'linux/amd64',
        pool: 'amd64',
        max_attempts: 3,
        traceparent: '',
        request_id: buildId,
        tenant: 'default',
      };
      const key = number.toString(16).padStart(64, '0');
      await queue.add('image', payload, {jobId: `${key}.1`});
    }
  };
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({length: inFlight}, adder));
  return ratePerSecond(start);
}

async function workOff() {
  const worker = new Worker(name, async () => 'compatible', {
    connection,
    concurrency: inFlight,
    lockDuration: 60000,
    autorun: false,
  });
  await worker.waitUntilReady();
  let done = 0;
  const finished = new Promise((resolve, reject) => {
    worker.on('completed', () => {
      if (++done === total) resolve();
    });
    worker.on('failed', (job, error) => reject(error));
    worker.on('error', reject);
  });
  const start = process.hrtime.bigint();
  worker.run();
  await finished;
  const rate = ratePerSecond(start);
  await worker.close();
  return rate;
}

const queue = new Queue(name, {connection});
await queue.waitUntilReady();
const adds = await add(queue);
const completes = await workOff();
await queue.close();
console.log(JSON.stringify({submits_per_s: adds, claims_and_completes_per_s: completes}));
