// SPDX-License-Identifier: Apache-2.0
// The editor of queries. This file brings the editor's code with it, so pages load it on demand.
import ace, { type Ace } from "ace-builds";
import "ace-builds/css/ace.css";
import "ace-builds/css/theme/cloud_editor.css";
import "ace-builds/css/theme/cloud_editor_dark.css";
import "ace-builds/src-noconflict/ext-language_tools";
import "ace-builds/src-noconflict/mode-sql";
import "ace-builds/src-noconflict/theme-cloud_editor";
import "ace-builds/src-noconflict/theme-cloud_editor_dark";
import { useEffect, useRef } from "react";
import "./sql-editor.css";
import { COLUMNS, FUNCTIONS, KEYWORDS } from "./sql-words";

// The daemon's Content-Security-Policy lets no script put style sheets in: they come as files, above.
ace.config.set("useStrictCSP", true);

/** A fault of the statement; line and column begin at 1. */
export interface Fault {
  line: number;
  column: number;
  message: string;
}

interface Properties {
  value: string;
  onChange: (value: string) => void;
  onRun: () => void;
  fault: Fault | undefined;
  stores: { id: string; name: string }[];
}

interface Latest extends Properties {}

function completions(stores: Properties["stores"]): Ace.Completion[] {
  const entry = (value: string, meta: string, score: number) => ({ caption: value, value, meta, score });
  return [
    ...stores.map(({ id, name }) => ({ caption: `${name} (${id})`, value: id, meta: "event data store", score: 900 })),
    ...COLUMNS.map(({ name, type }) => entry(name, type, 800)),
    ...FUNCTIONS.map((name) => ({ ...entry(name, "function", 600), snippet: `${name}($0)` })),
    ...KEYWORDS.map((name) => entry(name, "keyword", 500)),
  ];
}

function completerOf(latest: { current: Latest }): Ace.Completer {
  return {
    id: "lake",
    // A dot belongs to a column's name: userIdentity.arn.
    identifierRegexps: [/[\w.-]/],
    getCompletions: (_editor, _session, _position, _prefix, callback) =>
      callback(null, completions(latest.current.stores)),
  };
}

function isDark(): boolean {
  return document.body.classList.contains("awsui-dark-mode");
}

function makeEditor(element: HTMLElement, latest: { current: Latest }): Ace.Editor {
  const editor = ace.edit(element, {
    mode: "ace/mode/sql",
    theme: isDark() ? "ace/theme/cloud_editor_dark" : "ace/theme/cloud_editor",
    value: latest.current.value,
    useWorker: false,
    minLines: 10,
    maxLines: 24,
    fontSize: 14,
    showPrintMargin: false,
    wrap: true,
    enableBasicAutocompletion: [completerOf(latest)],
    enableLiveAutocompletion: [completerOf(latest)],
    // Tab leaves the editor for who came by keyboard: Escape gives the focus to the frame around the text.
    enableKeyboardAccessibility: true,
    textInputAriaLabel: "Query statement",
  });
  editor.commands.addCommand({
    name: "run",
    bindKey: { win: "Ctrl-Enter", mac: "Command-Enter" },
    exec: () => latest.current.onRun(),
  });
  editor.on("change", () => latest.current.onChange(editor.getValue()));
  return editor;
}

/** Marks the place in the margin and under the text. Returns what takes the mark away. */
function mark(editor: Ace.Editor, fault: Fault): () => void {
  const row = Math.min(fault.line, editor.session.getLength()) - 1;
  const column = fault.column - 1;
  const word = editor.session.getWordRange(row, column);
  const end = Math.max(word.end.column, column + 1);
  const range = new ace.Range(row, column, row, end);
  const marker = editor.session.addMarker(range, "sql-fault", "text", true);
  editor.session.setAnnotations([{ row, column, text: fault.message, type: "error" }]);
  return () => {
    editor.session.removeMarker(marker);
    editor.session.clearAnnotations();
  };
}

export default function SqlEditor(properties: Properties) {
  const latest = useRef<Latest>(properties);
  latest.current = properties;
  const element = useRef<HTMLDivElement>(null);
  const editor = useRef<Ace.Editor | null>(null);
  const { value, fault } = properties;
  useEffect(() => {
    if (!element.current) return;
    const made = makeEditor(element.current, latest);
    editor.current = made;
    const observer = new MutationObserver(() =>
      made.setTheme(isDark() ? "ace/theme/cloud_editor_dark" : "ace/theme/cloud_editor"),
    );
    observer.observe(document.body, { attributeFilter: ["class"] });
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => {
    if (editor.current && editor.current.getValue() !== value) editor.current.setValue(value, 1);
  }, [value]);
  useEffect(() => (editor.current && fault ? mark(editor.current, fault) : undefined), [fault]);
  return <div ref={element} className="sql-editor" />;
}
