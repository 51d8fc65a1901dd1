/** What something cost. */
export type Cost = {
  /** Wall time. */
  secs: number;
  /** Processor time of who pushes or pulls: the browser's processes, or the tool. */
  cpuSecs: number;
  /** Processor time of the servers. */
  serverCpuSecs: number;
  /** Bytes that went to the server, where they were counted. */
  sentBytes?: number;
  /** Peaks of memory, MB. */
  peaksMb?: Record<string, number>;
};

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
