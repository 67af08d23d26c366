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

/** Calls `load` when `keys` change, or on reload(), or every `everyMs`. The last value stays while it loads. */
export function useLoad<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  keys: readonly unknown[],
  everyMs?: number,
): Loaded<Value> {
  const [state, setState] = useState<{ value?: Value; error?: unknown; isLoading: boolean }>({ isLoading: true });
  const [turn, setTurn] = useState(0);
  const current = useRef(load);
  current.current = load;
  useEffect(() => {
    const abort = new AbortController();
    setState((old) => ({ value: old.value, isLoading: true }));
    current
      .current(abort.signal)
      .then((value) => !abort.signal.aborted && setState({ value, isLoading: false }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted && !isAbort(error)) setState((old) => ({ value: old.value, error, isLoading: false }));
      });
    return () => abort.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [turn, ...keys]);
  useEffect(() => {
    if (!everyMs) return;
    const timer = setInterval(() => !document.hidden && setTurn((old) => old + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  const reload = useCallback(() => setTurn((old) => old + 1), []);
  return { value: state.value, error: state.error, isLoading: state.isLoading, reload };
}
