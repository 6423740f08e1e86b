variable "app_name" {
  type    = string
  default = "codejail"
}

variable "purpose" {
  type    = string
  default = "Where learners' code runs"
}

variable "node_type" {
  type    = string
  default = "host"
  validation {
    condition     = contains(["host"], var.node_type)
    error_message = "The node_type of codejail can only be host."
  }
}

variable "volume_size" {
  type        = number
  description = "Of the root volume, in GiB"
  default     = 20
  validation {
    condition     = var.volume_size >= 8
    error_message = "The volume_size must be at least 8 GiB: Debian's own is."
  }
}
