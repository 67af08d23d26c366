// SPDX-License-Identifier: Apache-2.0
// What went wrong, in AWS's words, and what to do about it.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";

const ADVICE: Record<string, string> = {
  UnrecognizedClientException: "The access key is not known here. Check it, or sign in with another one.",
  InvalidClientTokenId: "The access key is not known here. Check it, or sign in with another one.",
  InvalidSignatureException: "The secret does not belong to the access key, or the clock of this computer is wrong.",
  SignatureDoesNotMatch: "The secret does not belong to the access key, or the clock of this computer is wrong.",
  AccessDeniedException: "Your key may not do this. Ask an administrator of this Cairn for a key with another role.",
  ThrottlingException: "Too many calls at once. Try again in a moment.",
  InvalidNextTokenException: "The list changed too much to go on. Load it again.",
  UnsupportedOperationException: "This Cairn does not offer that.",
  TypeError: "Cairn did not answer. Is the daemon running, and is the network there?",
};

export interface Problem {
  name: string;
  message: string;
  advice?: string;
}

export function problemOf(error: unknown): Problem {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  // What follows a first paragraph is for those who debug signatures.
  return { name, message: message.split(/\n\n| The Canonical String/)[0] ?? "", advice: ADVICE[name] };
}

export function ProblemAlert({ error, retry, header }: { error: unknown; retry?: () => void; header?: string }) {
  if (!error) return null;
  const problem = problemOf(error);
  return (
    <Alert
      type="error"
      header={header ? `${header}: ${problem.name}` : problem.name}
      action={retry && <Button onClick={retry}>Try again</Button>}
    >
      {problem.message}
      {problem.advice && <div>{problem.advice}</div>}
    </Alert>
  );
}

/** A call that was given up on purpose is no problem. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "RequestAbortedError");
}
