// SPDX-License-Identifier: Apache-2.0
// Cairn's own operations (X-Amz-Target: Cairn_20260101.<Operation>), signed as the AWS SDK signs the others.
import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "./session";

/** An error that Cairn answered: `name` is AWS's name for it. */
export class CairnError extends Error {
  constructor(
    name: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = name;
  }
}

export interface EventRecord {
  Position: number;
  EventId: string;
  EventName: string;
  EventSource: string;
  EventTime: number;
  AwsRegion: string;
  AccountId: string;
  Username?: string;
  AccessKeyId?: string;
  ReadOnly?: string;
  EventCategory: string;
  SourceIPAddress?: string;
  ErrorCode?: string;
  UserArn?: string;
  Resources: { ResourceType?: string; ResourceName?: string }[];
  ArrivalTime: number;
  Door: string;
  Witnessed: boolean;
  Principal?: string;
  CloudTrailEvent: string;
}

export interface Filter {
  Name: string;
  Value: string;
}

export interface SearchRequest {
  Filters?: Filter[];
  StartTime?: number;
  EndTime?: number;
  Categories?: string[];
  MaxResults?: number;
  NextToken?: string;
}
export interface SearchResponse {
  Events: EventRecord[];
  NextToken?: string;
}
export interface TailRequest {
  AfterPosition?: number;
  Filters?: Filter[];
  Categories?: string[];
  MaxResults?: number;
  WaitSeconds?: number;
  SessionId?: string;
}
export interface TailResponse {
  Events: EventRecord[];
  Position: number;
  SessionId: string;
}

export class CairnClient {
  private readonly signer: SignatureV4;

  constructor(
    private readonly endpoint: string,
    credentials: Credentials,
    region: string,
  ) {
    this.signer = new SignatureV4({ credentials, region, service: "cairn", sha256: Sha256 });
  }

  async call<Response>(operation: string, request: object, signal?: AbortSignal): Promise<Response> {
    const url = new URL(this.endpoint);
    const body = JSON.stringify(request);
    const signed = await this.signer.sign(
      new HttpRequest({
        method: "POST",
        protocol: url.protocol,
        hostname: url.hostname,
        port: url.port ? Number(url.port) : undefined,
        path: "/",
        headers: {
          host: url.host,
          "content-type": "application/x-amz-json-1.1",
          "x-amz-target": `Cairn_20260101.${operation}`,
        },
        body,
      }),
    );
    const headers = { ...signed.headers };
    delete headers.host;
    const answer = await fetch(this.endpoint, { method: "POST", headers, body, signal, cache: "no-store" });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as Response;
    throw errorOf(text, answer.status);
  }

  search(request: SearchRequest, signal?: AbortSignal): Promise<SearchResponse> {
    return this.call("Search", request, signal);
  }
  tail(request: TailRequest, signal?: AbortSignal): Promise<TailResponse> {
    return this.call("Tail", request, signal);
  }
}

function errorOf(text: string, status: number): CairnError {
  try {
    const body = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    const name = (body.__type ?? "").split("#").pop() || `HTTP ${status}`;
    return new CairnError(name, body.message ?? body.Message ?? "", status);
  } catch {
    return new CairnError(`HTTP ${status}`, text.slice(0, 200), status);
  }
}
