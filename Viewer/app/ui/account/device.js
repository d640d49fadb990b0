/** What a browser calls itself, in a word or two: "Firefox, Linux". The order matters: most browsers name others too. */
const browsers = [["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Safari", "Safari"]];
const systems = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS X", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

export function deviceName(agent) {
  const first = (list) => list.find(([word]) => agent.includes(word))?.[1];
  return [first(browsers), first(systems)].filter(Boolean).join(", ") || agent.split(" ")[0] || "";
}
