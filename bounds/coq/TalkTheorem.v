(* The theorem of the talk, from the isoperimetric tail bound to the final inequality.

   A class has a mass p = P[z in K], a tail T(eta) = P[z in K, r >= eta] and a contribution
   e = E[r; z in K] = int_0^oo T. The one fact taken from outside is the Gaussian isoperimetric
   inequality, in the form T(eta) <= Phi(Phi^{-1}(p) - eta) for eta >= 0 (Fawzi, Fawzi and Fawzi,
   arXiv 1802.08686, Theorem 1); it is the hypothesis [isoperimetric] below. *)
From Coq Require Import Reals Lra Psatz List.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail Rewrite TalkThreshold.
Open Scope R_scope.

Record class := { mass : R; tail : R -> R; contribution : R }.

Definition isoperimetric (c : class) : Prop :=
  (forall eta, 0 <= eta -> 0 <= tail c eta <= Phi (Phi_inv (mass c) - eta)) /\
  is_RInt_gen (tail c) (at_point 0) (Rbar_locally p_infty) (contribution c).

Definition masses (l : list class) : list R := map mass l.
(* E r: the sum of the contributions of all classes. *)
Definition expected_radius (l : list class) : R := sum (map contribution l).
(* ||p||^2. *)
Definition collision (p : list R) : R := sum_of (fun x => x * x) p.

Lemma class_contribution (c : class) : 0 < mass c < 1 -> isoperimetric c ->
  contribution c <= integrated_tail (mass c).
Proof.
  intros M [H I]. rewrite <- primitive_Phi_inv by exact M.
  apply (contribution_le (tail c)); [|exact I]. intros eta E. now apply H.
Qed.

(* E r <= sum f(p_i). *)
Theorem isoperimetric_theorem (l : list class) :
  (forall c, In c l -> 0 < mass c < 1 /\ isoperimetric c) ->
  expected_radius l <= sum_of integrated_tail (masses l).
Proof.
  unfold expected_radius, masses. induction l as [|c l IH]; intro H; simpl; [lra|].
  destruct (H c (or_introl eq_refl)) as [M I]. assert (C := class_contribution c M I).
  specialize (IH (fun d D => H d (or_intror D))). lra.
Qed.

(* E r <= gamma(||p||^2) if every p_i <= P = 0.905400531108... *)
Theorem talk_theorem_exact (l : list class) :
  (forall c, In c l -> 0 < mass c <= talk_threshold /\ isoperimetric c) ->
  sum (masses l) = 1 ->
  expected_radius l <= gamma (collision (masses l)).
Proof.
  intros H S. assert (B := talk_threshold_bounds).
  apply Rle_trans with (sum_of integrated_tail (masses l)).
  { apply isoperimetric_theorem. intros c C. destruct (H c C) as [M I]. split; [lra|exact I]. }
  apply sum_le_gamma; [|exact S].
  intros x X. apply in_map_iff in X. destruct X as [c [<- C]]. now apply H.
Qed.

(* The talk's hypothesis: every p_i <= 1/5. *)
Theorem talk_theorem (l : list class) :
  (forall c, In c l -> 0 < mass c <= 1 / 5 /\ isoperimetric c) ->
  sum (masses l) = 1 ->
  expected_radius l <= gamma (collision (masses l)).
Proof.
  intros H S. assert (B := talk_threshold_bounds). apply talk_theorem_exact; [|exact S].
  intros c C. destruct (H c C) as [M I]. split; [lra|exact I].
Qed.
