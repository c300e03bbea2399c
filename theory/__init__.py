"""The mathematics of autoencoder verification: manifolds, reach, tubes and lower bounds."""
