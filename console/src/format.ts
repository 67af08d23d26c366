// SPDX-License-Identifier: Apache-2.0
// Values as text. Times are UTC with their zone named, as the AWS console shows them.

export function time(value: Date | number | undefined): string {
  if (value === undefined) return "-";
  const date = typeof value === "number" ? new Date(value * 1000) : value;
  if (Number.isNaN(date.getTime())) return "-";
  return `${date.toISOString().slice(0, 19).replace("T", " ")} (UTC)`;
}

export function count(value: number | undefined): string {
  return value === undefined ? "-" : value.toLocaleString("en-US");
}

export function bytes(value: number | undefined): string {
  if (value === undefined) return "-";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let number = value;
  let unit = 0;
  while (number >= 1024 && unit < units.length - 1) {
    number /= 1024;
    unit++;
  }
  return `${unit === 0 ? number : number.toFixed(1)} ${units[unit]}`;
}

/** The last part of an ARN. */
export function arnName(arn: string | undefined): string {
  return arn?.split(/[:/]/).pop() ?? "-";
}

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export function csv(rows: (string | undefined)[][]): string {
  const cell = (value: string | undefined) => {
    // A spreadsheet must not take a value of a record for a formula.
    const text = value === undefined ? "" : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
