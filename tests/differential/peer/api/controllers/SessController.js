// What a request looks like to an action, as the action service of the reference application shows it.
module.exports = {
  echo: (req, res) => res.json({
    method: req.method,
    path: req.path,
    url: req.url,
    query: req.query,
    body: req.body === undefined ? '__undefined__' : req.body,
    params: req.allParams(),
    isSocket: !!req.isSocket,
    ip: req.ip,
    ips: req.ips,
    protocol: req.protocol,
    secure: req.secure,
    port: req.port,
    baseUrl: req.baseUrl,
    headers: req.headers,
    wantsJSON: !!req.wantsJSON,
    session: !!req.session,
  }),
};
