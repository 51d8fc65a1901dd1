//! Rights of many principals on many resources at once.

use super::{Action, Policy};
use crate::uri::Uri;

/// The effective right in each cell of resources x principals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    pub(super) columns: usize,
    pub(super) cells: Vec<Action>,
}

impl Matrix {
    /// The right of a principal on a resource, both by their place in what was asked.
    ///
    /// # Panics
    /// When either place lies outside of what was asked.
    #[must_use]
    pub fn at(&self, resource: usize, principal: usize) -> Action {
        self.row(resource)[principal]
    }

    /// The rights of all principals on one resource, in the order asked.
    ///
    /// # Panics
    /// When the place lies outside of what was asked.
    #[must_use]
    pub fn row(&self, resource: usize) -> &[Action] {
        &self.cells[resource * self.columns..][..self.columns]
    }
}

impl Policy {
    /// The right of each principal on each resource: what [`Policy::effective`] says of every pair, for far less.
    #[must_use]
    pub fn matrix<S: AsRef<str>>(&self, resources: &[Uri], principals: &[S]) -> Matrix {
        // Column of each principal that is asked about.
        let mut columns: Vec<Vec<usize>> = vec![Vec::new(); self.names.len()];
        for (column, principal) in principals.iter().enumerate() {
            if let Some(id) = self.id(principal.as_ref()) {
                columns[id as usize].push(column);
            }
        }
        // Who of them gets what a principal holds: itself, and whoever has it as a role.
        let reached: Vec<Vec<usize>> = self
            .bearers
            .iter()
            .map(|bearers| bearers.iter().flat_map(|bearer| columns[*bearer as usize].iter().copied()).collect())
            .collect();
        let mut matrix = Matrix { columns: principals.len(), cells: Vec::new() };
        matrix.cells.resize(resources.len() * principals.len(), Action::Deny);
        if principals.is_empty() {
            return matrix;
        }
        for (resource, row) in resources.iter().zip(matrix.cells.chunks_exact_mut(principals.len())) {
            self.fill(resource, principals, &reached, row);
        }
        matrix
    }

    fn fill<S: AsRef<str>>(&self, resource: &Uri, principals: &[S], reached: &[Vec<usize>], row: &mut [Action]) {
        let path = self.path(resource);
        let mut raise = |holder: u32, action: Action| {
            for column in &reached[holder as usize] {
                row[*column] = row[*column].max(action);
            }
        };
        for node in path.nodes() {
            node.held.iter().for_each(|(holder, action, _)| raise(*holder, *action));
        }
        if let Some(end) = path.end() {
            end.below.iter().for_each(|holder| raise(*holder, Action::List));
        }
        if matches!(resource.scheme(), "role" | "user") {
            for (cell, principal) in row.iter_mut().zip(principals) {
                *cell = (*cell).max(super::effective(&self.own_names(principal.as_ref()), resource));
            }
        }
    }
}
