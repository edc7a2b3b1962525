/** A row in which the client sends by `act`. */
exports.oneWay = (name, { act, messages, ...row }) => ({
  name,
  run: async (t) => {
    const { client, server } = await t.pair(row.pair);
    let arrived = 0;
    server.on('message', () => arrived++);
    await act(t, client, server);
    await t.waitFor('the messages', () => arrived === messages);
  },
  ...row,
});
