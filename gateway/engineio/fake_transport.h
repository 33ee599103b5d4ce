// A transport for tests: keeps the packets, and reports the drain when told to.
#ifndef SAIL_GATEWAY_ENGINEIO_FAKE_TRANSPORT_H_
#define SAIL_GATEWAY_ENGINEIO_FAKE_TRANSPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "gateway/engineio/transport.h"

namespace sail::gateway::engineio {

class FakeTransport : public Transport {
 public:
  bool Send(std::vector<OutgoingPacket>* batch) override {
    ++batches;
    for (const OutgoingPacket& packet : *batch) sent.emplace_back(packet.payload());
    batch->clear();
    return writes_at_once;
  }
  void Close(CloseReason) override { closed = true; }
  void Abort() override { aborted = true; }
  void PauseReading() override { paused = true; }
  void ResumeReading() override { paused = false; }

  std::vector<std::string> Take() { return std::exchange(sent, {}); }

  std::vector<std::string> sent;
  bool writes_at_once = false;
  int batches = 0;
  bool closed = false;
  bool aborted = false;
  bool paused = false;
};

}  // namespace sail::gateway::engineio

#endif  // SAIL_GATEWAY_ENGINEIO_FAKE_TRANSPORT_H_
