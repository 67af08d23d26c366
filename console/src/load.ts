// SPDX-License-Identifier: Apache-2.0
// Loading something for a page: once at first, again on demand, given up when the page goes.
import { useCallback, useEffect, useRef, useState } from "react";
import { isAbort } from "./errors";

export interface Loaded<Value> {
  value: Value | undefined;
  error: unknown;
  isLoading: boolean;
  reload: () => void;
}

interface State<Value> {
  keys: readonly unknown[];
  value?: Value;
  error?: unknown;
  isLoading: boolean;
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((key, i) => Object.is(key, other[i]));
}

/**
 * Calls `load` when `keys` change, or on reload(), or every `everyMs`. While it loads again the last value stays; what
 * was loaded for other keys is never shown.
 */
export function useLoad<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  keys: readonly unknown[],
  everyMs?: number,
): Loaded<Value> {
  const [state, setState] = useState<State<Value>>({ keys, isLoading: true });
  const [turn, setTurn] = useState(0);
  const current = useRef(load);
  current.current = load;
  const isBusy = useRef(false);
  useEffect(() => {
    const abort = new AbortController();
    const end = (change: Partial<State<Value>>) => {
      if (abort.signal.aborted) return;
      isBusy.current = false;
      setState((old) => ({ ...old, ...change, isLoading: false }));
    };
    isBusy.current = true;
    setState((old) => ({ keys, value: isSame(old.keys, keys) ? old.value : undefined, isLoading: true }));
    current
      .current(abort.signal)
      .then((value) => end({ value }))
      .catch((error: unknown) => end(isAbort(error) ? {} : { error }));
    return () => abort.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [turn, ...keys]);
  useEffect(() => {
    if (!everyMs) return;
    // An answer that takes longer than that is waited for.
    const timer = setInterval(() => !document.hidden && !isBusy.current && setTurn((old) => old + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  const reload = useCallback(() => setTurn((old) => old + 1), []);
  // The keys of this turn are loaded after it was drawn.
  if (!isSame(state.keys, keys)) return { value: undefined, error: undefined, isLoading: true, reload };
  return { value: state.value, error: state.error, isLoading: state.isLoading, reload };
}
