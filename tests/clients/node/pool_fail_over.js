// Fails a pool over with nothing but the contracts, follows its progress, prints the typed result as JSON.
//
// Usage: node pool_fail_over.js CONTRACTS ENDPOINT SERVER_NAME CA CERTIFICATE KEY POOL

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

function connect([contracts, endpoint, serverName, ca, certificate, key]) {
  const definition = loader.loadSync('tandem/pool/v1/pool.proto', { includeDirs: [contracts], longs: Number, oneofs: true, defaults: true });
  const { PoolService } = grpc.loadPackageDefinition(definition).tandem.pool.v1;
  const [roots, chain, privateKey] = [ca, certificate, key].map((path) => readFileSync(path));
  const credentials = grpc.credentials.createSsl(roots, privateKey, chain);
  return new PoolService(endpoint, credentials, { 'grpc.ssl_target_name_override': serverName });
}

// Everything that a call says.
async function heard(answers) {
  const said = { plan: null, progress: [], verbose: [], outputs: [] };
  for await (const answer of answers) {
    const record = answer.stream;
    if (answer.record === 'output') said.outputs.push(answer.output);
    else if (record.record === 'plan') said.plan = record.plan;
    else if (record.record === 'progress') said.progress.push(record.progress.status);
    else if (record.record === 'verbose') said.verbose.push(record.verbose);
  }
  return said;
}

async function main(words) {
  const pool = words.pop();
  const service = connect(words);
  const failOver = (common) =>
    heard(service.InvokeCsPoolFailOver({ common, poolFqdn: pool }, { deadline: Date.now() + 60_000 }));

  // A preview changes nothing, and names the plan.
  const { plan } = await failOver({ whatIf: true });

  // The act is bound to that plan.
  const operation = randomUUID();
  const common = { confirm: false, verbose: true, operationId: operation, expectedPlan: plan.digest };
  const said = await failOver(common);

  // The same id again does nothing twice, and answers the same.
  const again = await failOver(common);

  // A refusal has a stable id.
  const refusal = await failOver({ ...common, operationId: randomUUID(), expectedPlan: '' }).then(
    () => null,
    (error) => ({ code: grpc.status[error.code], details: error.details }),
  );

  const [output] = said.outputs;
  console.log(
    JSON.stringify({
      asked_operation: operation,
      plan: plan.digest,
      steps: plan.step.map((step) => step.name),
      progress: said.progress,
      verbose: said.verbose,
      operation: output.operationId,
      outcome: output.outcome,
      serving_pool: output.servingPoolFqdn,
      executed_plan: output.plan,
      users: output.users,
      again: again.outputs.map((output) => output.operationId),
      refusal,
    }),
  );
  service.close();
}

await main(process.argv.slice(2));
