// SPDX-License-Identifier: Apache-2.0
// A record as coloured JSON. Its own text is shown as it came; colours are put on by a scanner of tokens, so
// that nothing is parsed away, and a record that is no JSON is shown all the same.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { memo, useMemo, useState } from "react";

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]|[^"\s{}[\],:]+|"/g;
const INDENT = "  ";
const SHOWN_MAX = 100_000; // characters; a larger record asks first

interface Piece {
  text: string;
  kind: "key" | "string" | "number" | "literal" | "plain";
}

function kindOf(token: string, isKey: boolean): Piece["kind"] {
  if (token.startsWith('"') && token.length > 1) return isKey ? "key" : "string";
  if (/^-?\d/.test(token)) return "number";
  if (token === "true" || token === "false" || token === "null") return "literal";
  return "plain";
}

/** Tokens with line breaks and indentation of their own between them. */
export function piecesOf(text: string): Piece[] {
  const tokens = text.match(TOKEN) ?? [];
  const pieces: Piece[] = [];
  let depth = 0;
  const plain = (piece: string) => pieces.push({ text: piece, kind: "plain" });
  const newLine = () => plain("\n" + INDENT.repeat(Math.min(depth, 64)));
  tokens.forEach((token, i) => {
    const next = tokens[i + 1];
    if (token === "{" || token === "[") {
      plain(token);
      if (next === "}" || next === "]") return;
      depth++;
      newLine();
    } else if (token === "}" || token === "]") {
      if (tokens[i - 1] !== "{" && tokens[i - 1] !== "[") {
        depth = Math.max(0, depth - 1);
        newLine();
      }
      plain(token);
    } else if (token === ",") {
      plain(token);
      newLine();
    } else if (token === ":") {
      plain(": ");
    } else {
      pieces.push({ text: token, kind: kindOf(token, next === ":") });
    }
  });
  return pieces;
}

const Pieces = memo(function Pieces({ text }: { text: string }) {
  const pieces = useMemo(() => piecesOf(text), [text]);
  return (
    <pre className="json-view" tabIndex={0} aria-label="Event record">
      {pieces.map((piece, i) =>
        piece.kind === "plain" ? (
          piece.text
        ) : (
          <span key={i} className={piece.kind}>
            {piece.text}
          </span>
        ),
      )}
    </pre>
  );
});

export function JsonView({ text }: { text: string }) {
  const [isWhole, setIsWhole] = useState(text.length <= SHOWN_MAX);
  return (
    <SpaceBetween size="s">
      <CopyToClipboard
        copyButtonText="Copy"
        copyErrorText="The record could not be copied"
        copySuccessText="Record copied"
        textToCopy={text}
      />
      {isWhole ? (
        <Pieces text={text} />
      ) : (
        <>
          <pre className="json-view" tabIndex={0} aria-label="Beginning of the event record">
            {text.slice(0, SHOWN_MAX)}
          </pre>
          <Box>
            This is the beginning of a record of {text.length.toLocaleString("en-US")} characters.{" "}
            <Button variant="inline-link" onClick={() => setIsWhole(true)}>
              Show all of it
            </Button>
          </Box>
        </>
      )}
    </SpaceBetween>
  );
}
