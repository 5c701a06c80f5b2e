// The same work in k6: as many virtual users as connections, one GET after the other.
import http from "k6/http";

export const options = { vus: Number(__ENV.BENCH_USERS), duration: __ENV.BENCH_DURATION };

export default function () {
  http.get(__ENV.BENCH_URL);
}

export function handleSummary(data) {
  const { http_reqs, http_req_failed } = data.metrics;
  // `passes` of this rate counts the requests that did fail.
  const count = { requests: http_reqs.values.count, failed: http_req_failed.values.passes };
  return { stdout: JSON.stringify(count) + "\n" };
}
