"""What staff answer from: the queue, who takes what, clocks in working hours, escalation, canned answers. Acts through the forum's services."""
