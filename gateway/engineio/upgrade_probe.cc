#include "gateway/engineio/upgrade_probe.h"

#include <vector>

namespace sail::gateway::engineio {

void UpgradeProbe::Start(std::unique_ptr<WebSocketTransport> transport) {
  transport_ = std::move(transport);
  active_ = true;
  timer_ = loop_->RunAfter(timeout_, [this] { Fail(); });
}

void UpgradeProbe::Cancel() {
  if (!std::exchange(active_, false)) return;
  timer_ = nullptr;
  transport_->Close(CloseReason::kTransportClose);
}

void UpgradeProbe::OnTextPacket(std::string_view packet) {
  if (packet == "2probe") {
    std::vector<OutgoingPacket> answer = {OutgoingPacket::Text(PacketType::kPong, "probe")};
    transport_->Send(&answer);
    callbacks_.on_probe();
  } else if (packet == "5") {
    active_ = false;
    timer_ = nullptr;
    callbacks_.on_upgrade();
  } else {
    Fail();
  }
}

void UpgradeProbe::OnTransportClosed(CloseReason) {
  timer_ = nullptr;
  if (std::exchange(active_, false)) callbacks_.on_failed();
}

void UpgradeProbe::Fail() {
  if (!active_) return;
  Cancel();
  callbacks_.on_failed();
}

}  // namespace sail::gateway::engineio
