(* The sharp theorem: E r <= g(||p||^2) if every class has mass at most p* = 0.27311824866..., where
   g(p) = f(p) / p = lam(t) - t at p = Q t is the expected radius, given its class, of a halfspace
   of mass p.

   From the isoperimetric tail bound of each class, as in [talk_theorem]; the rewrite is not used,
   and Jensen's inequality is an equality for equal masses. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail TalkTheorem HalfspaceRadius.
Open Scope R_scope.

Theorem sharp_theorem (l : list class) :
  (forall c, In c l -> 0 < mass c <= concavity_threshold /\ isoperimetric c) ->
  sum (masses l) = 1 ->
  expected_radius l <= halfspace_radius (collision (masses l)).
Proof.
  intros H S. assert (B := concavity_threshold_bounds).
  apply Rle_trans with (sum_of integrated_tail (masses l)).
  { apply isoperimetric_theorem. intros c C. destruct (H c C) as [M I]. split; [lra|exact I]. }
  apply sum_le_halfspace_radius; [|exact S].
  intros x X. apply in_map_iff in X. destruct X as [c [<- C]]. now apply H.
Qed.
