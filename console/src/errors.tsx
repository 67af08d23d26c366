// SPDX-License-Identifier: Apache-2.0
// What went wrong, in AWS's words, and what to do about it.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";

const UNKNOWN_KEY = "The access key is not known here, or was disabled. Check it, or sign in with another one.";
const WRONG_SECRET = "The secret does not belong to the access key, or the clock of this computer is wrong.";
const NOT_ALLOWED = "Your key may not do this. Ask an administrator of this Cairn for a key with another role.";
const NO_ANSWER = "Cairn did not answer. Is the daemon running, and is the network there?";

const ADVICE: Record<string, string> = {
  UnrecognizedClientException: UNKNOWN_KEY,
  InvalidClientTokenId: UNKNOWN_KEY,
  InvalidAccessKeyId: UNKNOWN_KEY,
  InvalidSignatureException: WRONG_SECRET,
  SignatureDoesNotMatch: WRONG_SECRET,
  AccessDeniedException: NOT_ALLOWED,
  AccessDenied: NOT_ALLOWED,
  ThrottlingException: "Too many calls at once. Try again in a moment.",
  InvalidNextTokenException: "The list changed too much to go on. Load it again.",
  UnsupportedOperationException: "This Cairn does not offer that.",
};

export interface Problem {
  name: string;
  message: string;
  advice?: string;
}

/** Browsers tell a network that failed by a TypeError, each with words of its own; so they tell a fault of a program. */
function isOfNetwork({ name, message }: { name: string; message: string }): boolean {
  return name === "TypeError" && /fetch|network|load failed/i.test(message);
}

export function problemOf(error: unknown): Problem {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  // What follows a first paragraph is for those who debug signatures.
  if (isOfNetwork({ name, message })) return { name: "No answer", message: NO_ANSWER };
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
