/** Loaded into the simulator's process with `--import`: tells the bench what it costs, without a part in the work. */
function tell() {
  process.send({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage() });
}

if (process.channel) {
  process.on('message', tell);
  process.channel.unref();
}
