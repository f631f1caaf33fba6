"""Fails a pool over with nothing but the stubs that protoc makes of the contracts, follows its progress, prints the typed result as JSON.

Usage: pool_fail_over.py STUBS ENDPOINT SERVER_NAME CA CERTIFICATE KEY POOL
"""

import json
import sys
import uuid

import grpc


def credentials(ca, certificate, key):
    def read(path):
        with open(path, "rb") as file:
            return file.read()

    return grpc.ssl_channel_credentials(read(ca), read(key), read(certificate))


def main(stubs, endpoint, server_name, ca, certificate, key, pool):
    sys.path.insert(0, stubs)
    from tandem.cmdlet.v1 import records_pb2
    from tandem.pool.v1 import pool_pb2, pool_pb2_grpc

    options = [("grpc.ssl_target_name_override", server_name)]
    with grpc.secure_channel(endpoint, credentials(ca, certificate, key), options) as channel:
        service = pool_pb2_grpc.PoolServiceStub(channel)

        # A preview changes nothing, and names the plan.
        preview = service.InvokeCsPoolFailOver(
            pool_pb2.InvokeCsPoolFailOverRequest(
                common=records_pb2.CommonParameters(what_if=True), pool_fqdn=pool
            ),
            timeout=60,
        )
        plans = [answer.stream.plan for answer in preview if answer.stream.WhichOneof("record") == "plan"]

        # The act is bound to that plan.
        operation = str(uuid.uuid4())
        request = pool_pb2.InvokeCsPoolFailOverRequest(
            common=records_pb2.CommonParameters(
                confirm=False, verbose=True, operation_id=operation, expected_plan=plans[0].digest
            ),
            pool_fqdn=pool,
        )
        progress, verbose, outputs = [], [], []
        for answer in service.InvokeCsPoolFailOver(request, timeout=60):
            if answer.WhichOneof("record") == "output":
                outputs.append(answer.output)
                continue
            record = answer.stream
            if record.WhichOneof("record") == "progress":
                progress.append(record.progress.status)
            elif record.WhichOneof("record") == "verbose":
                verbose.append(record.verbose)

        # The same id again does nothing twice, and answers the same.
        again = [answer.output for answer in service.InvokeCsPoolFailOver(request, timeout=60) if answer.WhichOneof("record") == "output"]

        # A refusal has a stable id.
        refusal = None
        request.common.operation_id = str(uuid.uuid4())
        request.common.expected_plan = ""
        try:
            list(service.InvokeCsPoolFailOver(request, timeout=60))
        except grpc.RpcError as error:
            refusal = {"code": error.code().name, "details": error.details()}

    json.dump(
        {
            "asked_operation": operation,
            "plan": plans[0].digest,
            "steps": [step.name for step in plans[0].step],
            "progress": progress,
            "verbose": verbose,
            "operation": outputs[0].operation_id,
            "outcome": outputs[0].outcome,
            "serving_pool": outputs[0].serving_pool_fqdn,
            "executed_plan": outputs[0].plan,
            "users": outputs[0].users,
            "again": [output.operation_id for output in again],
            "refusal": refusal,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    if len(sys.argv) != 8:
        sys.exit(__doc__)
    main(*sys.argv[1:])
