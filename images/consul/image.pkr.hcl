variable "app_name" {
  type    = string
  default = "consul"
}

variable "purpose" {
  type    = string
  default = "Consul servers"
}

variable "node_type" {
  type    = string
  default = "server"
  validation {
    condition     = contains(["server"], var.node_type)
    error_message = "The node_type of consul can only be server."
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
