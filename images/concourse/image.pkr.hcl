variable "app_name" {
  type    = string
  default = "concourse"
}

variable "purpose" {
  type    = string
  default = "Concourse web nodes and workers"
}

variable "node_type" {
  type    = string
  default = "web"
  validation {
    condition     = contains(["web", "worker"], var.node_type)
    error_message = "The node_type of concourse can only be web or worker."
  }
}

variable "volume_size" {
  type        = number
  description = "Of the root volume, in GiB"
  default     = 30
  validation {
    condition     = var.volume_size >= 8
    error_message = "The volume_size must be at least 8 GiB: Debian's own is."
  }
}
