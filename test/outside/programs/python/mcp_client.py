"""A client of the Python SDK: mcp_client.py URL TOKEN TOOL... calls the tools one after the other
and prints for each what it gives its caller, as a line of JSON."""

import asyncio
import json
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main(url, token, *tools):
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        async with Client(streamable_http_client(url, http_client=http)) as client:
            for tool in tools:
                try:
                    result = await client.call_tool(tool, {})
                    report(tool=tool, text=result.content[0].text)
                except Exception as error:
                    report(tool=tool, error=str(error))


def report(**line):
    print(json.dumps(line), flush=True)


asyncio.run(main(*sys.argv[1:]))
