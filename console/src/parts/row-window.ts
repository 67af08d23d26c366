// SPDX-License-Identifier: Apache-2.0
// Which rows of a long table are rendered: those in view and some around them. The others are empty space of their
// height (console.css, .row-window), so that a table of many thousand rows scrolls as lightly as a short one.
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";

const AROUND = 30; // rows before and after those in view, so that the Tab key always finds a next one
const STEP = 15; // rows by which the window moves
const USUAL_HEIGHT = 40; // px, until a row was measured

interface Rows {
  first: number;
  end: number;
}

export interface RowWindow extends Rows {
  /** For an element around the table, of the class "row-window". */
  ref: RefObject<HTMLDivElement>;
}

function rowHeight(body: HTMLElement | null | undefined): number {
  return body?.querySelector("tr")?.getBoundingClientRect().height || USUAL_HEIGHT;
}

function rowsInView(body: HTMLElement): Rows {
  const height = rowHeight(body);
  const above = Math.max(0, -body.getBoundingClientRect().top) / height;
  const first = Math.floor((above - AROUND) / STEP) * STEP;
  const end = Math.ceil((above + window.innerHeight / height + AROUND) / STEP) * STEP;
  return { first: Math.max(0, first), end };
}

export function useRowWindow(count: number): RowWindow {
  const ref = useRef<HTMLDivElement>(null);
  const [rows, setRows] = useState<Rows>({ first: 0, end: AROUND * 3 });
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const body = ref.current?.querySelector("tbody");
      const now = body && rowsInView(body);
      if (now) setRows((old) => (old.first === now.first && old.end === now.end ? old : now));
    };
    const plan = () => {
      frame ||= requestAnimationFrame(look);
    };
    plan();
    window.addEventListener("scroll", plan, { passive: true });
    window.addEventListener("resize", plan);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", plan);
      window.removeEventListener("resize", plan);
    };
  }, [count]);
  const first = Math.min(rows.first, Math.max(0, count - 1));
  const end = Math.min(rows.end, count);
  useLayoutEffect(() => {
    const height = rowHeight(ref.current?.querySelector("tbody"));
    ref.current?.style.setProperty("--rows-above", `${first * height}px`);
    ref.current?.style.setProperty("--rows-below", `${(count - end) * height}px`);
  }, [first, end, count]);
  return { first, end, ref };
}
